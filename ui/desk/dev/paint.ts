// Drawn stand-ins for pictures, so that a sample talk can be looked at: a figure at a table, a page, a seat.

/** Paints the canvases that a sample would have filled, as far as the sample shows them. */
export function paint(page: Document): void {
  const shown: Record<string, readonly [string, string]> = {
    picture: ['#dde3e9', '#66778b'],
    'screen-picture': ['#f4f6f8', '#3f6ca3'],
    'own-picture': ['#e4e9ee', '#31465f'],
    'camera-picture': ['#e4e9ee', '#31465f'],
  };
  for (const [id, [ground, figure]] of Object.entries(shown)) {
    const canvas = page.querySelector(`canvas[data-testid="${id}"]`);
    if (canvas instanceof HTMLCanvasElement) fill(canvas, ground, figure, id === 'screen-picture');
  }
}

function fill(canvas: HTMLCanvasElement, ground: string, figure: string, sheet: boolean): void {
  const brush = canvas.getContext('2d');
  if (brush === null) return;
  const { width, height } = canvas;
  brush.fillStyle = ground;
  brush.fillRect(0, 0, width, height);
  brush.fillStyle = figure;
  if (sheet) {
    for (let row = 1; row < 9; row += 1) brush.fillRect(width * 0.1, (height * row) / 10, width * (row % 3 === 0 ? 0.4 : 0.8), height * 0.03);
  } else {
    brush.beginPath();
    brush.ellipse(width / 2, height * 0.42, width * 0.1, height * 0.18, 0, 0, 7);
    brush.ellipse(width / 2, height, width * 0.24, height * 0.36, 0, 0, 7);
    brush.fill();
  }
  canvas.classList.add('drawn', 'on');
  canvas.closest('[hidden]:not(section)')?.removeAttribute('hidden');
  for (const veil of canvas.closest('figure')?.querySelectorAll('[data-why="picture"], .soon') ?? []) veil.remove();
}
