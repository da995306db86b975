/**
 * Makes an element. Text goes in as text, never as markup.
 * @param {string} tag With classes: `p.soft`.
 * @param {Record<string, any>} [attributes] `on…` are listeners, the rest attributes; undefined and false are left out.
 * @param {...(Node | string | null | undefined)} children
 */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  element.classList.add(...classes);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) {
      element.addEventListener(key.slice(2), value);
    } else if (value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Makes an element of a drawing. @param {string} tag @param {Record<string, any>} attributes @param {...SVGElement} children @returns {any} */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) {
    throw new Error(`the page has no #${id}`);
  }
  return element;
}

/** Writes a text only where it differs, so that screen readers and selections are left alone. @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/**
 * Brings a list's children into the order of `items`, keeping elements (and their focus) by key.
 * @template T
 * @param {Element} list
 * @param {T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => HTMLElement} create
 * @param {(element: HTMLElement, item: T) => void} update
 */
export function reconcile(list, items, keyOf, create, update) {
  const old = new Map([...list.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.key, /** @type {HTMLElement} */ (child)]));
  let place = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let element = old.get(key);
    if (element === undefined) {
      element = create(item);
      element.dataset.key = key;
    }
    old.delete(key);
    update(element, item);
    if (element === place) {
      place = place.nextElementSibling;
    } else {
      list.insertBefore(element, place);
    }
  }
  for (const gone of old.values()) {
    gone.remove();
  }
}

/** Lets an element light up once. @param {Element} element */
export function flash(element) {
  element.classList.remove('flash');
  void (/** @type {HTMLElement} */ (element).offsetWidth); // starts the animation over
  element.classList.add('flash');
}

/** Says things aloud through a live region, not more often than anybody can listen to: of what comes meanwhile, the newest waits. */
export class Announcer {
  #region;
  #pause;
  #timer = 0;
  #next = '';

  /** @param {Element} region @param {number} pause In milliseconds. */
  constructor(region, pause) {
    this.#region = region;
    this.#pause = pause;
  }

  /** @param {string} text */
  say(text) {
    if (this.#timer !== 0) {
      this.#next = text;
      return;
    }
    setText(this.#region, text);
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      const next = this.#next;
      this.#next = '';
      if (next !== '') {
        this.say(next);
      }
    }, this.#pause);
  }
}
