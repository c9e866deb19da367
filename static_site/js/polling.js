/** Asking again until an answer will do, ever more slowly. */

/**
 * @template Answer
 * @param {() => Promise<Answer>} ask
 * @param {(answer: Answer) => boolean} enough
 * @param {{firstMs?: number, factor?: number, mostMs?: number, limitMs: number}} pace
 * @returns {Promise<Answer | null>} null when the time is up
 */
export async function poll(ask, enough, { firstMs = 500, factor = 1.5, mostMs = 5_000, limitMs }) {
  const end = performance.now() + limitMs;
  for (let wait = firstMs; ; wait = Math.min(wait * factor, mostMs)) {
    const answer = await ask();
    if (enough(answer)) {
      return answer;
    }
    if (performance.now() + wait > end) {
      return null;
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
