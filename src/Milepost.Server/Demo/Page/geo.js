/** @typedef {{ x: number, y: number }} Spot Metres to the east and to the south of a plane's middle. */
/** @typedef {{ lat: number, lon: number }} Place Degrees. */

const METERS_PER_DEGREE = (6_371_008.8 * Math.PI) / 180;

/** Reads an encoded polyline. @param {string} text @param {number} precision Decimal digits. @returns {Place[]} */
export function decode(text, precision) {
  const factor = 10 ** precision;
  const places = [];
  let at = 0;
  const next = () => {
    let bits = 0;
    let value = 0;
    for (let letter = 32; letter >= 32 && at < text.length; bits += 5) {
      letter = text.charCodeAt(at++) - 63;
      value |= (letter & 31) << bits;
    }
    return value & 1 ? ~(value >> 1) : value >> 1;
  };
  for (let lat = 0, lon = 0; at < text.length;) {
    lat += next();
    lon += next();
    places.push({ lat: lat / factor, lon: lon / factor });
  }
  return places;
}

/** A flat piece of the earth around a place; good for a city. */
export class Plane {
  #middle;
  #perDegreeEast;

  /** @param {Place} middle */
  constructor(middle) {
    this.#middle = middle;
    this.#perDegreeEast = METERS_PER_DEGREE * Math.cos((middle.lat * Math.PI) / 180);
  }

  /** @param {Place} place @returns {Spot} */
  spot(place) {
    return { x: (place.lon - this.#middle.lon) * this.#perDegreeEast, y: (this.#middle.lat - place.lat) * METERS_PER_DEGREE };
  }
}

/** @param {Spot} one @param {Spot} other */
export const meters = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);

/** @param {Spot} one @param {Spot} other @param {number} share @returns {Spot} */
export const between = (one, other, share) => ({ x: one.x + (other.x - one.x) * share, y: one.y + (other.y - one.y) * share });

/** A way along corners. */
export class Line {
  /** @type {number[]} */ #until = [0];

  /** @param {Spot[]} corners At least two. */
  constructor(corners) {
    this.corners = corners;
    for (let index = 1; index < corners.length; index++) {
      this.#until.push(this.#until[index - 1] + meters(corners[index - 1], corners[index]));
    }
  }

  get length() {
    return this.#until[this.#until.length - 1];
  }

  /** Where one is after so many metres. @param {number} along @returns {Spot} */
  at(along) {
    const index = Math.max(1, this.#until.findIndex((until) => until >= along));
    const [begin, end] = [this.#until[index - 1], this.#until[index]];
    return along >= this.length ? this.corners[this.corners.length - 1] : between(this.corners[index - 1], this.corners[index], end === begin ? 0 : (along - begin) / (end - begin));
  }

  /** The point of the line that is nearest. @param {Spot} spot @returns {{ along: number, off: number }} */
  nearest(spot) {
    let best = { along: 0, off: Infinity };
    for (let index = 1; index < this.corners.length; index++) {
      const [from, to] = [this.corners[index - 1], this.corners[index]];
      const length = this.#until[index] - this.#until[index - 1];
      const share = length === 0 ? 0 : Math.min(1, Math.max(0, ((spot.x - from.x) * (to.x - from.x) + (spot.y - from.y) * (to.y - from.y)) / length ** 2));
      const off = meters(spot, between(from, to, share));
      if (off < best.off) {
        best = { along: this.#until[index - 1] + share * length, off };
      }
    }
    return best;
  }

  /** The corners between two distances, with both ends. @param {number} from @param {number} to @returns {Spot[]} */
  part(from, to) {
    return [this.at(from), ...this.corners.filter((_, index) => this.#until[index] > from && this.#until[index] < to), this.at(to)];
  }
}
