/** What stands still in a replay, as `scene.json` has it. Lists are in the order of the scenario; indices are into them. */
export interface Scene {
  readonly name: string;
  readonly description?: string;
  readonly seed: number;
  readonly version: string;
  readonly durationNs: number;
  readonly warmupNs: number;
  /** Side of the square that a node is drawn in, metres. */
  readonly cellM: number;
  /** Everything drawn, movers included, metres. */
  readonly box: Box;
  /** Where the ground ends and the rows of what is far away or has no place begin, metres north; absent without such rows. */
  readonly horizonM?: number;
  /** Whether anything has a place, so that distances mean something. */
  readonly hasGround: boolean;
  readonly vertices: readonly SceneVertex[];
  readonly clusters: readonly SceneCluster[];
  readonly nodes: readonly SceneNode[];
  readonly links: readonly SceneLink[];
  readonly accessPoints: readonly SceneAccessPoint[];
  /** The users, and after them the nodes on radio. */
  readonly movers: readonly SceneMover[];
  readonly apps: readonly string[];
  /** What is at hand of the tables of the run, by name. */
  readonly tables: Readonly<Record<string, SceneTable>>;
  readonly motion: { readonly file: string; readonly kind: MotionKind };
  /** What the replay does not show as it was, in sentences. */
  readonly remarks: readonly string[];
}

/** Where positions come from: each leg of each way; a grid of times on them; or the recorded associations alone. */
export type MotionKind = 'legs' | 'grid' | 'sightings';

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

export interface SceneVertex {
  readonly name: string;
  readonly kind: 'node' | 'gateway' | 'switch' | 'access-point';
  readonly x: number;
  readonly y: number;
  /** Where it is, of a node that is drawn apart from there. */
  readonly at?: { readonly x: number; readonly y: number };
}

export interface SceneCluster {
  readonly name: string;
  readonly role: 'hub' | 'managed';
  readonly provider: string;
  readonly gateway: number;
  readonly nodes: readonly number[];
}

export interface SceneNode {
  readonly name: string;
  readonly cluster: number;
  readonly vertex: number;
  readonly class: string;
  readonly cpuMillicores: number;
  readonly memoryBytes: number;
  /** Of a node on radio. */
  readonly mover?: number;
}

export interface SceneLink {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly latencyNs: number;
  readonly bandwidthBps: number;
}

export interface SceneAccessPoint {
  readonly name: string;
  readonly vertex: number;
  readonly x: number;
  readonly y: number;
  /** Absent where it reaches everywhere. */
  readonly rangeM?: number;
  readonly technology: string;
}

export interface SceneMover {
  readonly name: string;
  readonly group: string;
  readonly node?: number;
}

export interface SceneTable {
  readonly file: string;
  readonly rows: number;
  /** Of so many rows (of requests) or samples (of nodes and links) one is there. */
  readonly every: number;
}
