import type { Nanoseconds } from '../kernel/index.ts';
import type { Point, Projection } from './geometry.ts';
import type { Metres } from './units.ts';

/** How the users of a group move; one shape a model, as in `mobilityModels`. Who stands still has none. */
export type Mobility =
  | RandomWaypointMobility
  | ManhattanMobility
  | GaussMarkovMobility
  | RouteMobility
  | TraceMobility
  | RecordingMobility
  | GroupMobility;

/** Where users may be: a disc, or a rectangle with sides along the axes. */
export type Area =
  | { readonly shape: 'disc'; readonly centre: Point; readonly radiusM: Metres }
  | { readonly shape: 'rectangle'; readonly centre: Point; readonly widthM: Metres; readonly heightM: Metres };

/** Each value between the two is equally likely; one value where they are the same. */
export interface Range<Value extends number = number> {
  readonly min: Value;
  readonly max: Value;
}

export interface RandomWaypointMobility {
  readonly model: 'random-waypoint';
  readonly area: Area;
  /** Drawn for each way, m/s; above 0. */
  readonly speedMps: Range;
  /** Drawn for each rest. */
  readonly pauseNs: Range<Nanoseconds>;
}

export interface ManhattanMobility {
  readonly model: 'manhattan';
  readonly area: Extract<Area, { shape: 'rectangle' }>;
  /** From one street to the next; the area holds at least one block. */
  readonly blockM: Metres;
  /** Drawn for each block, m/s; above 0. */
  readonly speedMps: Range;
  /** Probability of leaving a crossing of four streets to the left or right, both alike. */
  readonly turn: number;
}

export interface GaussMarkovMobility {
  readonly model: 'gauss-markov';
  readonly area: Extract<Area, { shape: 'rectangle' }>;
  /** Mean of the speed, m/s; above 0. */
  readonly meanSpeedMps: number;
  /** Correlation of the velocities of two steps: 0 is Brownian, 1 for ever straight on. */
  readonly memory: number;
  readonly stepNs: Nanoseconds;
}

export interface RouteMobility {
  readonly model: 'route';
  /** At least one. */
  readonly waypoints: readonly Point[];
  /** When it is at each waypoint; in place of speed and pause. Increasing. */
  readonly timetableNs?: readonly Nanoseconds[];
  /** When it goes on from each waypoint, with a timetable; where absent, at once. Not before it has come, nor after the next time. */
  readonly departuresNs?: readonly Nanoseconds[];
  /** The timetable begins anew so long after its beginning, with a way from the last waypoint to the first; once where absent. */
  readonly everyNs?: Nanoseconds;
  readonly speedMps?: number;
  /** At each waypoint, before it goes on. */
  readonly pauseNs: Nanoseconds;
  /** At the last waypoint: stay there, go on to the first, or go back the same way. */
  readonly end: 'stop' | 'loop' | 'return';
  /** How much later than the user before it each user of the group starts. */
  readonly headwayNs: Nanoseconds;
}

export interface TraceMobility {
  readonly model: 'trace';
  /** By the user's number in its group. */
  readonly tracks: readonly Track[];
  /** Who is not seen for longer is not there in between; never where absent. */
  readonly gapNs?: Nanoseconds;
}

/** A recorded movement too long to be held: its file is read in step with a run. */
export interface RecordingMobility {
  readonly model: 'recording';
  /** Its samples are in order of time. */
  readonly file: string;
  /** Of the file; another size is another file. */
  readonly sizeBytes: number;
  /** Absent where positions are in metres. */
  readonly projection?: Projection;
  readonly coordinates: 'planar' | 'geographic';
  /** By the user's number in its group. */
  readonly movers: readonly RecordedMover[];
}

/** When a mover of a recording is there. */
export interface RecordedMover {
  readonly id: string;
  /** Where it is seen first. */
  readonly first: Point;
  /** From and to, from and to: the times of the first and last sample of each stay, increasing. */
  readonly staysNs: readonly Nanoseconds[];
}

/** Where one mover was: at each time a point, straight on between two; before and after it is not there. */
export interface Track {
  readonly timesNs: readonly Nanoseconds[];
  readonly points: readonly Point[];
}

/** Members about leaders that move by another model. */
export interface GroupMobility {
  readonly model: 'group';
  readonly leader: Exclude<Mobility, GroupMobility>;
  /** How many members follow each leader. */
  readonly size: number;
  /** A member is never farther from its leader. */
  readonly radiusM: Metres;
  /** Of the ways about the leader, relative to it, m/s; above 0. */
  readonly speedMps: Range;
  /** Of the rests beside the leader. */
  readonly pauseNs: Range<Nanoseconds>;
}
