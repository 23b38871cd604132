// The drawings of `Icon.svelte`: plain constants, so that no drawing ever comes from outside.

/** Line drawings on a 24 by 24 field. */
export const lines = {
  alert: '<path d="M12 4l9 16H3zM12 10v4.6M12 17.3v.1"/>',
  bell: '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.6 2.2H4.4zM10 21.3h4"/>',
  booth: '<rect x="3" y="4" width="18" height="12.5" rx="2"/><path d="M8 20.5h8M12 16.5v4M8.6 16.3a3.4 3.4 0 0 1 6.8 0"/><circle cx="12" cy="9.4" r="2"/>',
  camera: '<rect x="3" y="6" width="12.5" height="12" rx="2"/><path d="M15.5 10.6l5-2.8v8.4l-5-2.8"/>',
  check: '<path d="M5 12.5l4.5 4.5L19 7.5"/>',
  clock: '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.2l3.4 2"/>',
  'cloud-off': '<path d="M8.5 7a6 6 0 0 1 9.2 4A3.6 3.6 0 0 1 19.5 17M15 18H7.2a4 4 0 0 1-.6-8M3.5 3.5l17 17"/>',
  book: '<path d="M4.5 5.5A2 2 0 0 1 6.5 4H12v15.5H6.5a2 2 0 0 0-2 1.5zM19.5 5.5a2 2 0 0 0-2-1.5H12v15.5h5.5a2 2 0 0 1 2 1.5z"/>',
  clip: '<rect x="5" y="5" width="14" height="16" rx="2"/><path d="M9 5V3.5h6V5M9 11h6M9 15h6"/>',
  contrast: '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor"/>',
  disk: '<ellipse cx="12" cy="6" rx="7" ry="2.8"/><path d="M5 6v12c0 1.5 3.1 2.8 7 2.8s7-1.3 7-2.8V6M5 12c0 1.5 3.1 2.8 7 2.8s7-1.3 7-2.8"/>',
  end: '<path d="M2.8 14.6c5.2-5 13.2-5 18.4 0l-2.3 2.6-3.9-1.4v-2.5a11.4 11.4 0 0 0-6 0v2.5l-3.9 1.4z"/>',
  eye: '<path d="M3 12s3.5-6 9-6 9 6 9 6-3.5 6-9 6-9-6-9-6z"/><circle cx="12" cy="12" r="2.6"/>',
  globe: '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c3 2.5 3.5 5.5 3.5 8.5s-.5 6-3.5 8.5c-3-2.5-3.5-5.5-3.5-8.5s.5-6 3.5-8.5z"/>',
  hand: '<path d="M7.2 12.5V6.8a1.5 1.5 0 0 1 3 0V11M10.2 11V4.7a1.5 1.5 0 0 1 3 0V11M13.2 11V5.8a1.5 1.5 0 0 1 3 0V12M16.2 12V8.8a1.5 1.5 0 0 1 3 0v5.4c0 4-2.5 7-6.4 7-3 0-4.7-1.5-6-4.1L4.6 13a1.5 1.5 0 0 1 2.6-1.5l1 1.8"/>',
  headset: '<path d="M5.3 13.2V12a6.7 6.7 0 0 1 13.4 0v1.2M18.7 19.2c0 1.7-1.3 2.5-3 2.5h-2.2"/><rect x="3.2" y="13" width="4.2" height="6.2" rx="1.8"/><rect x="16.6" y="13" width="4.2" height="6.2" rx="1.8"/>',
  history: '<path d="M4.3 12a7.8 7.8 0 1 0 2.5-5.7L4 8.7M4 4v4.7h4.7M12 8v4.5l3 1.8"/>',
  keypad: '<g fill="currentColor" stroke="none"><circle cx="6" cy="5" r="1.6"/><circle cx="12" cy="5" r="1.6"/><circle cx="18" cy="5" r="1.6"/><circle cx="6" cy="11" r="1.6"/><circle cx="12" cy="11" r="1.6"/><circle cx="18" cy="11" r="1.6"/><circle cx="6" cy="17" r="1.6"/><circle cx="12" cy="17" r="1.6"/><circle cx="18" cy="17" r="1.6"/></g>',
  lock: '<rect x="5" y="11" width="14" height="9.5" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
  pen: '<path d="M4.5 19.5l1-4.2L16 4.8l3.2 3.2L8.7 18.5zM13.8 7l3.2 3.2"/>',
  people: '<circle cx="9" cy="8.2" r="3.2"/><path d="M3 19a6 6 0 0 1 12 0M15.6 5.3a3.2 3.2 0 0 1 0 5.8M17 13.4a6 6 0 0 1 4 5.6"/>',
  mask: '<path d="M4.6 8.4A13.6 13.6 0 0 0 3 12s3.5 6 9 6c1.4 0 2.7-.4 3.8-1M9 6.4A8.6 8.6 0 0 1 12 6c5.5 0 9 6 9 6a15 15 0 0 1-2.3 3M10 10.2a2.6 2.6 0 0 0 3.7 3.7M3.5 3.5l17 17"/>',
  mic: '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>',
  ok: '<circle cx="12" cy="12" r="8.5"/><path d="M8 12.3l2.8 2.8L16 9.7"/>',
  open: '<path d="M10 5H5v14h14v-5M13.5 4.5h6v6M19 5l-8.5 8.5"/>',
  pause: '<path d="M8.5 5v14M15.5 5v14"/>',
  pc: '<rect x="3" y="5" width="18" height="12" rx="1.5"/><path d="M8 20.5h8M12 17v3.5"/>',
  phone: '<path d="M6.6 3.5h2.8l1.7 4.2-2.1 1.7a12.4 12.4 0 0 0 5.6 5.6l1.7-2.1 4.2 1.7v2.8a2.1 2.1 0 0 1-2.3 2.1A16.6 16.6 0 0 1 4.5 5.8a2.1 2.1 0 0 1 2.1-2.3z"/>',
  play: '<path d="M7 5l12 7-12 7z"/>',
  plus: '<path d="M12 5v14M5 12h14"/>',
  point: '<path d="M5 4l14 6.6-6 1.9-2.4 6z"/>',
  search: '<circle cx="10.8" cy="10.8" r="6.3"/><path d="M15.6 15.6L20.5 20.5"/>',
  send: '<path d="M4 11.6L20 4l-4.6 16-3.8-6.8zM11.6 13.2L20 4"/>',
  speaker: '<path d="M4 9.5h3.5L12 5.5v13l-4.5-4H4zM15.5 9a4.2 4.2 0 0 1 0 6M18.2 6.3a8 8 0 0 1 0 11.4"/>',
  'speaker-low': '<path d="M4 9.5h3.5L12 5.5v13l-4.5-4H4zM15.5 9a4.2 4.2 0 0 1 0 6"/>',
  swap: '<path d="M4 8.5h14M14.5 5l3.5 3.5L14.5 12M20 15.5H6M9.5 12L6 15.5 9.5 19"/>',
  tablet: '<rect x="6" y="3.5" width="12" height="17" rx="2"/><path d="M11 17.8h2"/>',
  text: '<path d="M4 5h16v11.5h-9l-4 3.5v-3.5H4zM8 9.2h8M8 12.6h5"/>',
  wifi: '<path d="M3 9.5a13 13 0 0 1 18 0M6 13a8.6 8.6 0 0 1 12 0M9 16.3a4.3 4.3 0 0 1 6 0"/><circle cx="12" cy="19.3" r=".6" fill="currentColor"/>',
  x: '<path d="M6 6l12 12M18 6L6 18"/>',
};

/** Filled shapes on a 16 by 16 field: one for each state. */
export const shapes = {
  avail: '<circle cx="8" cy="8" r="7"/>',
  down: '<path d="M8 14L1 2h14z"/>',
  hold: '<path d="M2 1h4.5v14H2zM9.5 1H14v14H9.5z"/>',
  lead: '<path d="M8 .3l2.3 5 5.4.6-4 3.7 1.1 5.4L8 12.3 3.2 15l1.1-5.4-4-3.7 5.4-.6z"/>',
  learn: '<path d="M8 1.5L15.5 15H.5z" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round"/>',
  lost: '<path d="M2 2l12 12M14 2L2 14" fill="none" stroke="currentColor" stroke-width="3.4" stroke-linecap="round"/>',
  none: '<path d="M2 8h12" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round"/>',
  out: '<path d="M3 13L12.5 3.5M5.5 3h7.5v7.5" fill="none" stroke="currentColor" stroke-width="2.8" stroke-linecap="round" stroke-linejoin="round"/>',
  rest: '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2.4"/>',
  ring: '<path d="M8 0l8 8-8 8-8-8z"/>',
  talk: '<rect x="1" y="1" width="14" height="14" rx="1.5"/>',
  video: '<rect x="1" y="1" width="14" height="14" rx="1.5"/>',
  work: '<path d="M8 1a7 7 0 0 0 0 14z"/><circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/>',
};

/** A line drawing's name. */
export type LineName = keyof typeof lines;
/** A shape's name. */
export type ShapeName = keyof typeof shapes;
