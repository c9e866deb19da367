/**
 * How a frame of the fake Stripe talks to the page that embeds it.
 *
 * The page hands the frame one end of a MessageChannel, addressed to this origin alone (`targetOrigin`); the frame takes it from its
 * own parent window alone. Everything after that travels over the port, which no other window holds.
 *
 * On the wire: `{id, name, args}` asks, `{id, value}` or `{id, error}` answers, and `{name, args}` without an id only tells.
 */

/** @typedef {Record<string, (...args: any[]) => unknown>} Handlers */

export class Channel {
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();
  #lastId = 0;
  #port;
  #handlers;

  /**
   * @param {MessagePort} port
   * @param {Handlers} handlers what the other side may call
   */
  constructor(port, handlers) {
    this.#port = port;
    this.#handlers = handlers;
    port.onmessage = ({ data }) => (data.name === undefined ? this.#settle(data) : this.#answer(data));
  }

  /**
   * Ask the other side and wait for its answer.
   * @param {string} name
   * @param {unknown[]} args structured-cloneable
   * @returns {Promise<any>}
   */
  call(name, ...args) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#port.postMessage({ id, name, args });
    });
  }

  /**
   * Let the other side know; nothing comes back.
   * @param {string} name
   * @param {unknown[]} args
   */
  tell(name, ...args) {
    this.#port.postMessage({ name, args });
  }

  /** @param {{id: number, value?: unknown, error?: string}} answer */
  #settle({ id, value, error }) {
    const caller = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) {
      caller?.resolve(value);
    } else {
      caller?.reject(new Error(error));
    }
  }

  /** @param {{id?: number, name: string, args: unknown[]}} question */
  async #answer({ id, name, args }) {
    try {
      const handler = Object.hasOwn(this.#handlers, name) ? this.#handlers[name] : undefined;
      if (!handler) {
        throw new Error(`No such call: ${name}`);
      }
      const value = await handler(...args);
      if (id !== undefined) {
        this.#port.postMessage({ id, value });
      }
    } catch (error) {
      if (id === undefined) {
        throw error;
      }
      this.#port.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    }
  }
}

/**
 * Wait for the embedding page to connect.
 * @param {Record<string, (options: any, connect: (handlers: Handlers) => Channel, embedder: string) => void>} kinds by the name the page
 *   asks for; `embedder` is the page's origin, as the browser vouches for it
 */
export function acceptConnections(kinds) {
  window.addEventListener("message", ({ source, origin, data, ports }) => {
    if (source !== window.parent || window.parent === window || origin === "null") {
      return;
    }
    if (typeof data?.connect !== "string" || ports.length !== 1 || !Object.hasOwn(kinds, data.connect)) {
      return;
    }
    kinds[data.connect](data.options, (handlers) => new Channel(ports[0], handlers), origin);
  });
}
