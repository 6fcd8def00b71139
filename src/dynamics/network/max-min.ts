import { ceilingOf, SLACK } from './ceiling.ts';
import { grown } from './growth.ts';
import { ACKNOWLEDGEMENT_SHARE, Incidence } from './incidence.ts';
import { IndexedHeap } from './indexed-heap.ts';
import { ProgressiveFilling, OWN_LIMIT } from './progressive-filling.ts';

/** Scanned entries that one repair may take before everything is solved anew: this many and a share of all crossings. */
const REPAIR_ALLOWANCE = 256;

/** After failed repairs, at most this many changes are solved from scratch before a repair is tried again. */
const MOST_SKIPS = 16;

/**
 * Max-min fair sharing of the capacity of media among flows over whole paths, with weights and with a limit per flow,
 * kept up to date as flows come and go.
 *
 * A flow's *level* is its rate over its weight. The allocation is the unique one in which no flow's level can be raised
 * without lowering that of a flow that has no more (Bertsekas & Gallager, Data Networks, §6.5.2). Every full medium has
 * a *ceiling*: the highest level of its flows; a flow's level is the lowest ceiling on its path, or its own limit.
 *
 * Changes are repaired where they matter (own design). Which ceiling a medium has depends on flows held back at lower
 * levels only; so media whose ceiling no longer fits their flows are settled from the lowest level upwards, as
 * Dijkstra's algorithm settles vertices, and what is settled changes no more. A repair that spreads over much of the
 * network is given up for a solution from scratch by progressive filling. Which of the two is done depends on counts
 * alone, so equal histories give equal bits; the two agree to rounding.
 */
export class MaxMin {
  readonly incidence: Incidence;
  /** By flow: rate over weight, bit/s. Up to date after `solve`. */
  level = new Float64Array(64);
  weight = new Float64Array(64);
  /** Flows whose level may have changed since `clearChanged`, in the order in which they did; `changedCount` of them. */
  changed = new Int32Array(64);
  changedCount = 0;

  /** How often a change was repaired, and how often everything was solved from scratch. */
  repairCount = 0;
  fullCount = 0;

  readonly #capacity: Float64Array;
  /** By flow: the highest level it may have. */
  #limit = new Float64Array(64);
  /** By flow: the medium that holds it back, or OWN_LIMIT. */
  #bottleneck = new Int32Array(64);
  #isChanged = new Uint8Array(64);

  /** By medium: the level of the flows that it holds back, or Infinity where it holds back none. */
  readonly #ceiling: Float64Array;
  /** By medium: the sum of the rates of its flows, bit/s. Up to date after `solve`. */
  readonly load: Float64Array;
  /** Media whose ceiling may not fit, by a level below which it surely does. */
  readonly #unsettled: IndexedHeap;
  /** By medium: whether `#fitting` holds the ceiling that fits the flows as they are. */
  readonly #isEvaluated: Uint8Array;
  readonly #fitting: Float64Array;
  /** By medium: whether it holds back a flow although its ceiling is not yet known. */
  readonly #isProvisional: Uint8Array;
  /** By entry of the medium under evaluation: the level the flow would have if this medium held nothing back. */
  #reach = new Float64Array(256);
  #work = 0;
  readonly #filling: ProgressiveFilling;
  /** Solutions from scratch to do at once before a repair is tried again, and the next such number. */
  #skipRepairs = 0;
  #nextSkip = 1;

  /**
   * @param capacityBps by medium, bit/s, not negative
   * @param mediumOfArc by arc: the medium that it draws on
   */
  constructor(capacityBps: ArrayLike<number>, mediumOfArc: Int32Array) {
    this.#capacity = Float64Array.from(capacityBps);
    for (const [medium, capacity] of this.#capacity.entries()) requireCapacity(medium, capacity);
    const count = this.#capacity.length;
    this.incidence = new Incidence(count, mediumOfArc);
    this.#filling = new ProgressiveFilling(this.incidence, this.#capacity);
    this.#ceiling = new Float64Array(count).fill(Infinity);
    this.load = new Float64Array(count);
    this.#unsettled = new IndexedHeap(count);
    this.#isEvaluated = new Uint8Array(count);
    this.#fitting = new Float64Array(count);
    this.#isProvisional = new Uint8Array(count);
  }

  /** Whether levels are out of date until `solve`. */
  get isUnsettled(): boolean {
    return this.#unsettled.size > 0;
  }

  /** A flow's rate, bit/s. */
  rateBps(flow: number): number {
    return this.level[flow]! * this.weight[flow]!;
  }

  /**
   * Adds a flow over `path[0 … length - 1]`, arcs, at least one. Where there is room for it, it has its level at once.
   * @param limitBps the highest rate it may have
   * @param weight its share of a full medium in proportion to others'
   * @param isAcknowledged whether it takes ACKNOWLEDGEMENT_SHARE of its rate on the way back too
   * @returns its number, which is used again once it is removed
   */
  add(path: ArrayLike<number>, length: number, limitBps = Infinity, weight = 1, isAcknowledged = false): number {
    if (!(weight > 0 && weight < Infinity)) throw new RangeError(`weight ${weight}: expected a finite number > 0`);
    if (!(limitBps >= 0)) throw new RangeError(`limit ${limitBps} bit/s: expected a number >= 0`);
    if (!(length > 0)) throw new RangeError('a flow without a path has no bandwidth to share');
    const flow = this.incidence.add(path, length, weight, isAcknowledged);
    this.#growTo(flow + 1);
    this.#limit[flow] = limitBps / weight;
    this.weight[flow] = weight;
    this.#place(flow);
    this.#markChanged(flow);
    return flow;
  }

  /** Removes a flow. */
  remove(flow: number): void {
    const { incidence } = this;
    const { crossingMedium, count } = incidence;
    const base = incidence.base[flow]!;
    const end = base + incidence.length[flow]!;
    const wayBack = base + incidence.forwardLength[flow]!;
    const rate = this.level[flow]! * this.weight[flow]!;
    incidence.remove(flow);
    for (let crossing = base; crossing < end; crossing++) {
      const medium = crossingMedium[crossing]!;
      if (count[medium] === 0) {
        this.load[medium] = 0;
        this.#ceiling[medium] = Infinity;
        this.#isProvisional[medium] = 0;
        this.#isEvaluated[medium] = 0;
        this.#unsettled.remove(medium);
      } else {
        this.load[medium]! -= crossing < wayBack ? rate : rate * ACKNOWLEDGEMENT_SHARE;
        const ceiling = this.#ceiling[medium]!;
        if (ceiling < Infinity || this.#isProvisional[medium] === 1) this.#unsettle(medium, ceiling);
      }
    }
  }

  /**
   * Gives a medium another capacity; its flows are to be settled with those that share other media with them.
   * @param capacityBps bit/s
   * @throws {RangeError} if it is negative or not finite
   */
  setCapacity(medium: number, capacityBps: number): void {
    requireCapacity(medium, capacityBps);
    if (this.#capacity[medium] === capacityBps) return;
    this.#capacity[medium] = capacityBps;
    if (this.incidence.count[medium]! > 0) this.#unsettle(medium, 0);
  }

  /** Forgets which flows have changed. */
  clearChanged(): void {
    for (let i = 0; i < this.changedCount; i++) this.#isChanged[this.changed[i]!] = 0;
    this.changedCount = 0;
  }

  /** Brings all levels up to date; flows whose level changed are added to `changed`. */
  solve(): void {
    if (this.#unsettled.size === 0) return;
    if (this.#skipRepairs > 0) {
      this.#skipRepairs--;
      this.solveFromScratch();
    } else if (this.#repair()) {
      this.repairCount++;
      this.#nextSkip = 1;
    } else {
      // where repairs keep failing they are tried less and less often
      this.#skipRepairs = this.#nextSkip;
      this.#nextSkip = Math.min(2 * this.#nextSkip, MOST_SKIPS);
      this.solveFromScratch();
    }
  }

  /** Brings all levels up to date without regard to what they were. All flows are added to `changed`. */
  solveFromScratch(): void {
    this.fullCount++;
    this.#unsettled.clear();
    this.#isEvaluated.fill(0);
    this.#isProvisional.fill(0);
    this.#filling.fill(this.#limit, {
      ceiling: this.#ceiling,
      load: this.load,
      level: this.level,
      bottleneck: this.#bottleneck,
    });
    for (let flow = 0; flow < this.incidence.flowLimit; flow++) {
      if (this.incidence.base[flow]! >= 0) this.#markChanged(flow);
    }
  }

  /** Gives a new flow the level that its path has left, or one to be settled together with its path. */
  #place(flow: number): void {
    const { base, length, forwardLength, crossingMedium, count, crossingEntry, first } = this.incidence;
    const start = base[flow]!;
    const end = start + length[flow]!;
    const wayBack = start + forwardLength[flow]!;
    const forwardWeight = this.weight[flow]!;
    const backWeight = forwardWeight * ACKNOWLEDGEMENT_SHARE;
    let level = this.#limit[flow]!;
    let bottleneck = OWN_LIMIT;
    // a medium to itself holds the flow back by its capacity, any other by its ceiling
    let isAlone = true;
    for (let crossing = start; crossing < end; crossing++) {
      const medium = crossingMedium[crossing]!;
      const isOwn = count[medium] === 1;
      const weight = crossing < wayBack ? forwardWeight : backWeight;
      const ceiling = isOwn ? this.#capacity[medium]! / weight : this.#ceiling[medium]!;
      if (ceiling < level) {
        level = ceiling;
        bottleneck = medium;
        isAlone = isOwn;
      }
    }
    let hasRoom = isAlone && level < Infinity;
    for (let crossing = start; crossing < end && hasRoom; crossing++) {
      const medium = crossingMedium[crossing]!;
      if (count[medium] === 1) continue;
      const isTwice = crossingEntry[crossing] !== first[medium]! + count[medium]! - 1;
      const weight = crossing < wayBack ? forwardWeight : backWeight;
      hasRoom = !isTwice && this.load[medium]! + level * weight <= this.#capacity[medium]!;
      hasRoom &&= this.#ceiling[medium] === Infinity && this.#isProvisional[medium] === 0;
    }
    if (!hasRoom && level === Infinity) {
      for (let crossing = start; crossing < end; crossing++) {
        const medium = crossingMedium[crossing]!;
        const most = this.#capacity[medium]! / (crossing < wayBack ? forwardWeight : backWeight);
        if (most >= level) continue;
        level = most;
        bottleneck = medium;
      }
      this.#isProvisional[bottleneck] = 1;
    } else if (!hasRoom && bottleneck !== OWN_LIMIT && isAlone) {
      this.#isProvisional[bottleneck] = 1;
    } else if (hasRoom && bottleneck !== OWN_LIMIT) {
      this.#ceiling[bottleneck] = level;
    }
    this.level[flow] = level;
    this.#bottleneck[flow] = bottleneck;
    for (let crossing = start; crossing < end; crossing++) {
      const medium = crossingMedium[crossing]!;
      this.load[medium]! += level * (crossing < wayBack ? forwardWeight : backWeight);
      if (!hasRoom) this.#unsettle(medium, 0);
    }
  }

  #unsettle(medium: number, belowLevel: number): void {
    this.#isEvaluated[medium] = 0;
    this.#unsettled.lower(medium, belowLevel);
  }

  /** Settles what is unsettled from the lowest level upwards; false where it would take too much work. */
  #repair(): boolean {
    const unsettled = this.#unsettled;
    this.#work = 0;
    const allowance = REPAIR_ALLOWANCE + this.incidence.crossingCount / 2;
    let isDone = true;
    while (unsettled.size > 0) {
      if (this.#work > allowance) {
        isDone = false;
        break;
      }
      const medium = unsettled.first;
      const ceiling = this.#ceiling[medium]!;
      if (this.#isEvaluated[medium] === 0) {
        const fitting = this.#evaluate(medium);
        const isUnchanged =
          fitting === ceiling || (ceiling < Infinity && Math.abs(fitting - ceiling) <= SLACK * ceiling);
        if (isUnchanged && this.#isProvisional[medium] === 0) {
          unsettled.pop();
          continue;
        }
        this.#isEvaluated[medium] = 1;
        this.#fitting[medium] = fitting;
        const key = Math.min(fitting, ceiling);
        if (key > unsettled.firstKey) {
          unsettled.set(medium, key);
          continue;
        }
      }
      unsettled.pop();
      this.#isEvaluated[medium] = 0;
      this.#setCeiling(medium, this.#fitting[medium]!);
    }
    return isDone;
  }

  /** The ceiling that fits the medium's flows, given how far the rest of their paths lets each rise. */
  #evaluate(medium: number): number {
    const { entryFlow, entryWeight } = this.incidence;
    const count = this.incidence.count[medium]!;
    const first = this.incidence.first[medium]!;
    const capacity = this.#capacity[medium]!;
    const ceiling = this.#ceiling[medium]!;
    const isHolding = ceiling < Infinity || this.#isProvisional[medium] === 1;
    if (!isHolding && this.load[medium]! <= capacity * (1 + SLACK)) return Infinity;
    this.#work += 2 * count;
    if (count > this.#reach.length) this.#reach = new Float64Array(2 * count);
    const reach = this.#reach;
    const level = this.level;
    const bottleneck = this.#bottleneck;
    for (let i = 0; i < count; i++) {
      const flow = entryFlow[first + i]!;
      reach[i] = bottleneck[flow] === medium ? this.#reachPast(flow, medium) : level[flow]!;
    }
    const fitting = ceilingOf(reach, entryWeight, first, count, capacity, ceiling);
    if (fitting === Infinity) {
      // with nothing held back, this is what the flows will take; summed anew, so that rounding does not add up
      let load = 0;
      for (let i = 0; i < count; i++) load += entryWeight[first + i]! * reach[i]!;
      this.load[medium] = load;
    }
    return fitting;
  }

  /** The level that a flow could have if the medium held nothing back. */
  #reachPast(flow: number, medium: number): number {
    const { crossingMedium } = this.incidence;
    const start = this.incidence.base[flow]!;
    const end = start + this.incidence.length[flow]!;
    let most = this.#limit[flow]!;
    for (let crossing = start; crossing < end; crossing++) {
      const other = crossingMedium[crossing]!;
      if (other !== medium && this.#ceiling[other]! < most) most = this.#ceiling[other]!;
    }
    return most;
  }

  /**
   * Gives a medium its ceiling: flows above it come down to it, and those that the medium held back go where the ceilings on
   * their path now allow, which is also up for one that was placed provisionally.
   */
  #setCeiling(medium: number, ceiling: number): void {
    const { entryFlow } = this.incidence;
    const count = this.incidence.count[medium]!;
    const first = this.incidence.first[medium]!;
    this.#ceiling[medium] = ceiling;
    this.#isProvisional[medium] = 0;
    for (let i = 0; i < count; i++) {
      const flow = entryFlow[first + i]!;
      if (this.level[flow]! > ceiling) this.#move(flow, ceiling, medium, medium);
      else if (this.#bottleneck[flow] === medium) this.#release(flow, medium);
      else this.#reconsider(flow);
    }
    if (ceiling < Infinity) this.load[medium] = this.#capacity[medium]!;
  }

  /** A ceiling on the flow's path has changed: what was found for the medium that holds it back counted on the old one. */
  #reconsider(flow: number): void {
    const medium = this.#bottleneck[flow]!;
    if (medium !== OWN_LIMIT) this.#isEvaluated[medium] = 0;
  }

  /** Gives a flow that a medium holds back the level that the ceilings on its path now allow. */
  #release(flow: number, medium: number): void {
    const { crossingMedium } = this.incidence;
    const start = this.incidence.base[flow]!;
    const end = start + this.incidence.length[flow]!;
    let level = this.#ceiling[medium]!;
    let bottleneck = medium;
    if (this.#limit[flow]! < level) {
      level = this.#limit[flow]!;
      bottleneck = OWN_LIMIT;
    }
    for (let crossing = start; crossing < end; crossing++) {
      const other = crossingMedium[crossing]!;
      if (this.#ceiling[other]! < level) {
        level = this.#ceiling[other]!;
        bottleneck = other;
      }
    }
    this.#move(flow, level, bottleneck, medium);
  }

  /** Changes a flow's level, and unsettles the media on its path to which that may matter, except the one at work. */
  #move(flow: number, level: number, bottleneck: number, atWork: number): void {
    const before = this.level[flow]!;
    this.#bottleneck[flow] = bottleneck;
    this.level[flow] = level;
    this.#markChanged(flow);
    const { crossingMedium } = this.incidence;
    const start = this.incidence.base[flow]!;
    const end = start + this.incidence.length[flow]!;
    const wayBack = start + this.incidence.forwardLength[flow]!;
    const difference = (level - before) * this.weight[flow]!;
    const lowest = Math.min(level, before);
    this.#work += end - start;
    for (let crossing = start; crossing < end; crossing++) {
      const medium = crossingMedium[crossing]!;
      if (medium === atWork) continue;
      const load = (this.load[medium]! += crossing < wayBack ? difference : difference * ACKNOWLEDGEMENT_SHARE);
      const mayBeFull = this.#ceiling[medium]! < Infinity || load > this.#capacity[medium]! * (1 + SLACK);
      if (mayBeFull || this.#unsettled.has(medium)) this.#unsettle(medium, lowest);
    }
  }

  #markChanged(flow: number): void {
    if (this.#isChanged[flow] === 1) return;
    this.#isChanged[flow] = 1;
    this.changed = grown(this.changed, this.changedCount + 1);
    this.changed[this.changedCount++] = flow;
  }

  #growTo(count: number): void {
    if (count <= this.level.length) return;
    this.level = grown(this.level, count);
    this.weight = grown(this.weight, count);
    this.#limit = grown(this.#limit, count);
    this.#bottleneck = grown(this.#bottleneck, count);
    this.#isChanged = grown(this.#isChanged, count);
  }
}

/** @throws {RangeError} if the capacity, bit/s, is negative or not finite */
function requireCapacity(medium: number, capacityBps: number): void {
  if (capacityBps >= 0 && capacityBps < Infinity) return;
  throw new RangeError(`capacity of medium ${medium} is ${capacityBps} bit/s: expected a finite number >= 0`);
}
