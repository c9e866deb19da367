/**
 * Web storage that may be blocked or full: falls back to memory, so that a visit still works, only shorter.
 *
 * @param {() => Storage} open throws where the browser blocks storage
 */
function forgiving(open) {
  /** @type {Map<string, string>} */
  const memory = new Map();
  return {
    /** @param {string} key @returns {string | null} */
    get(key) {
      try {
        return open().getItem(key) ?? memory.get(key) ?? null;
      } catch {
        return memory.get(key) ?? null;
      }
    },
    /** @param {string} key @param {string} value */
    set(key, value) {
      try {
        open().setItem(key, value);
      } catch {
        memory.set(key, value);
      }
    },
    /** @param {string} key */
    remove(key) {
      memory.delete(key);
      try {
        open().removeItem(key);
      } catch {
        // Nothing was stored there.
      }
    },
  };
}

/** Lasts as long as the browser keeps it; shared by tabs. */
export const device = forgiving(() => localStorage);

/** Lasts as long as the tab. */
export const tab = forgiving(() => sessionStorage);
