type Value = string | number | boolean | undefined | ((event: Event) => void)
type Child = Node | string | undefined | false

/**
 * Makes an element: attributes (`true` is an empty one, `false` and `undefined` none), listeners as `onclick`, and
 * children.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else setAttribute(element, name, value)
  }
  element.append(...children.filter((child) => child !== undefined && child !== false))
  return element
}

/** Sets or removes an attribute. */
export function setAttribute(element: Element, name: string, value: string | number | boolean | undefined): void {
  if (value === undefined || value === false) element.removeAttribute(name)
  else element.setAttribute(name, value === true ? '' : String(value))
}

/** Changes a text only when it is another one, so that screen readers are not told twice. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** An icon of VS Code's font; says nothing to screen readers. */
export const icon = (name: string, slot?: string): HTMLElement =>
  h('span', { class: `codicon codicon-${name}`, 'aria-hidden': 'true', slot })

let count = 0

/** An id that no other element of the page has. */
export const newId = (): string => `id${++count}`
