// The two names that stand for the committed types and the shared parts, the same in every configuration.

/** A folder beside this file; Windows' drive letter loses the slash that an address puts before it. */
export const folder = (name: string): string =>
  decodeURIComponent(new URL(name, import.meta.url).pathname).replace(/^\/([A-Za-z]:)/, '$1');

/** Alias → folder. */
export const aliases = { $generated: folder('./generated'), $shared: folder('./shared') };
