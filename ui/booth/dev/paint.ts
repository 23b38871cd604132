// Still pictures for samples, as streams: a person before a wall.

const SKIN = { visitor: '#b7c1cc', operator: '#c3ccd5' };
const COAT = { visitor: '#66778b', operator: '#31465f' };

/** A stream with one drawn person. */
export function paint(who: 'visitor' | 'operator'): MediaStream {
  const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
  const stream = canvas.captureStream(5);
  const draw = (): void => person(canvas, who);
  draw();
  // A stream sends a frame when something is drawn.
  setInterval(draw, 200);
  return stream;
}

function person(canvas: HTMLCanvasElement, who: 'visitor' | 'operator'): void {
  const pen = canvas.getContext('2d');
  if (pen === null) return;
  const fill = (colour: string, draw: () => void): void => {
    pen.fillStyle = colour;
    pen.beginPath();
    draw();
    pen.fill();
  };
  fill('#e4e9ee', () => pen.rect(0, 0, 640, 480));
  fill(COAT[who], () => pen.ellipse(320, 500, 190, 160, 0, 0, 7));
  fill('#3c4c5f', () => pen.ellipse(320, 205, 92, 112, 0, 0, 7));
  fill(SKIN[who], () => pen.ellipse(320, 230, 78, 92, 0, 0, 7));
}
