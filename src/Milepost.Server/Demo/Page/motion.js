import { between, meters } from './geo.js';

/** @import { Line, Spot } from './geo.js' */

const NEAR_LINE = 40;
const FARTHEST = 500;
const LONGEST_GAP_MS = 30_000;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 6_000;
const CALM = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * Moves a marker from fix to fix: evenly, one interval behind, along the way where both ends are near it. It never runs past the newest fix, and jumps where
 * nobody can know how the driver went.
 */
export class Motion {
  #onMove;
  #interval = 2_000;
  #fixAt = 0;
  #frame = 0;
  /** @type {Spot | undefined} */ #spot;

  /** @param {(spot: Spot) => void} onMove */
  constructor(onMove) {
    this.#onMove = onMove;
  }

  /** Where the marker is. */
  get spot() {
    return this.#spot;
  }

  forget() {
    cancelAnimationFrame(this.#frame);
    this.#spot = undefined;
    this.#fixAt = 0;
  }

  /** @param {Spot} spot @param {number} fixAt When it was measured, in milliseconds. @param {Line | undefined} line */
  take(spot, fixAt, line) {
    if (fixAt <= this.#fixAt) {
      return;
    }
    const gap = fixAt - this.#fixAt;
    const here = this.#spot;
    this.#fixAt = fixAt;
    cancelAnimationFrame(this.#frame);
    if (gap < LONGEST_GAP_MS) {
      this.#interval = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, this.#interval * 0.7 + gap * 0.3));
    }
    if (here === undefined || gap > LONGEST_GAP_MS || meters(here, spot) > FARTHEST || document.hidden || CALM.matches) {
      this.#move(spot);
      return;
    }
    const way = wayBetween(here, spot, line);
    const begin = performance.now();
    const step = () => {
      const share = Math.min(1, (performance.now() - begin) / this.#interval);
      this.#move(way(share));
      if (share < 1) {
        this.#frame = requestAnimationFrame(step);
      }
    };
    step();
  }

  /** @param {Spot} spot */
  #move(spot) {
    this.#spot = spot;
    this.#onMove(spot);
  }
}

/** @param {Spot} from @param {Spot} to @param {Line | undefined} line @returns {(share: number) => Spot} */
function wayBetween(from, to, line) {
  const [begin, end] = [line?.nearest(from), line?.nearest(to)];
  if (line === undefined || begin === undefined || end === undefined || begin.off > NEAR_LINE || end.off > NEAR_LINE || end.along < begin.along - NEAR_LINE) {
    return (share) => between(from, to, share);
  }
  // A little way back is an error of measurement: drivers do not back up.
  const ahead = Math.max(0, end.along - begin.along);
  return (share) => line.at(begin.along + ahead * share);
}
