/**
 * Addresses of the modules of this room's workers.
 *
 * @module
 */

/** The address of a worker's module; if such a worker cannot have it, that of a module that imports it. */
export function workerUrl(url: URL): URL {
  if (url.protocol === "file:") return url;
  const source = `import ${JSON.stringify(url.href)};`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}
