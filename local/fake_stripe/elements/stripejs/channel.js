/**
 * The page's end of the wire that ../shared/channel.js describes. The other end is handed to a frame with our own origin as the target,
 * so the browser gives it to nobody else, whatever the frame may show by then.
 */
class PageChannel {
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  #waiting = new Map();
  #lastId = 0;
  #pipe = new MessageChannel();

  /** @param {Handlers} handlers */
  constructor(handlers) {
    this.#pipe.port1.onmessage = ({ data }) => (data.name === undefined ? this.#settle(data) : this.#answer(handlers, data));
  }

  /**
   * @param {Window} frame that has loaded
   * @param {'checkout' | 'intents' | 'element' | 'challenge'} kind
   * @param {object} options structured-cloneable
   */
  connect(frame, kind, options) {
    frame.postMessage({ connect: kind, options }, ORIGIN, [this.#pipe.port2]);
  }

  /**
   * Ask the frame and wait for its answer; asked before the frame is connected, it waits.
   * @param {string} name
   * @param {unknown[]} args
   * @returns {Promise<any>}
   */
  call(name, ...args) {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#pipe.port1.postMessage({ id, name, args });
    });
  }

  /** @param {string} name @param {unknown[]} args */
  tell(name, ...args) {
    this.#pipe.port1.postMessage({ name, args });
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

  /** @param {Handlers} handlers @param {{id?: number, name: string, args: unknown[]}} question */
  async #answer(handlers, { id, name, args }) {
    const value = await handlers[name](...args);
    if (id !== undefined) {
      this.#pipe.port1.postMessage({ id, value });
    }
  }
}
