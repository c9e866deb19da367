/** Making elements. Text goes in as text, so nothing that an API call stored can become markup. */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [properties] of the element; `data` for data-* attributes, `aria` for aria-*
 * @param {Array<Node | string | number | null | undefined | false>} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, { data = {}, aria = {}, ...properties } = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  Object.assign(node.dataset, data);
  for (const [name, value] of Object.entries(aria)) {
    node.setAttribute(`aria-${name}`, String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false).map(asNode));
  return node;
}

/** @param {Node | string | number | false | null | undefined} child */
const asNode = (child) => (child instanceof Node ? child : String(child));

/** @param {string} id @returns {any} the element of index.html with this id */
export const byId = (id) => document.getElementById(id);
