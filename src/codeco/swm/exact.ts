import { CompiledModel, type Route } from './compiled-model.ts';
import { reasonsAgainst } from './infeasibility.ts';
import type { Reply, SwmModel } from './contract.ts';
import type { ObjectiveWeights } from './objective.ts';
import type { SwmSolver } from './solver.ts';
import { SynchronousHighs } from './synchronous-highs.ts';

/**
 * Solves the model as an integer linear program with HiGHS, to the optimum while the budget (branch-and-bound nodes)
 * lasts. SWM is "ILP-based" (arXiv 2606.12136); the formulation is own design: x says which node a workload is on, and y
 * which route a channel takes between which two nodes; the y of a channel that leave a node add up to its source's x
 * there, and those that reach one to its target's. Where a pair of nodes has one route, y need not be declared whole: it
 * follows from x.
 */
export function exactSolver(): SwmSolver {
  const highs = new SynchronousHighs();
  return {
    name: 'exact',
    solve(model, { weights, budget }): Reply {
      const answer = solveExactly(highs, model, weights, budget);
      if (answer.feasible || answer.errors.length > 0) return answer;
      const isFeasible = (relaxed: SwmModel): boolean => solveExactly(highs, relaxed, weights, budget).feasible;
      return { ...answer, errors: reasonsAgainst(model, isFeasible) };
    },
  };
}

function solveExactly(highs: SynchronousHighs, model: SwmModel, weights: ObjectiveWeights, budget: number): Reply {
  const compiled = new CompiledModel(model, weights);
  const program = new Program(compiled);
  const refused = (kind: string, details: string): Reply => ({
    feasible: false,
    errors: [{ kind, details }],
    messages: [],
  });
  if (program.impossible) return { feasible: false, errors: [], messages: [] };
  const answer = highs.solve(program.text(), {
    output_flag: false,
    mip_rel_gap: 0,
    mip_abs_gap: 1e-9,
    mip_max_nodes: budget,
    random_seed: 0,
  });
  if ('failure' in answer) return refused('solver', `HiGHS failed: ${answer.failure}`);
  if (answer.status === 'Infeasible') return { feasible: false, errors: [], messages: [] };
  const assignment = program.read(answer.values);
  if (assignment === undefined)
    return refused('budget', `no solution within ${budget} branch-and-bound nodes (HiGHS: ${answer.status})`);
  const messages =
    answer.status === 'Optimal' ? [] : [`best of ${budget} branch-and-bound nodes (HiGHS: ${answer.status})`];
  return { feasible: true, assignment, errors: [], messages };
}

/** The integer linear program of a model. */
class Program {
  /** Some workload has no node, or some channel no way. */
  impossible = false;
  readonly #model: CompiledModel;
  readonly #objective: string[] = [];
  readonly #rows: string[] = [];
  readonly #binaries: string[] = [];
  /** By channel: its columns, and the route that each stands for. */
  readonly #columns: { readonly name: string; readonly route: Route }[][] = [];
  readonly #usable: Int32Array[];

  constructor(model: CompiledModel) {
    this.#model = model;
    this.#usable = model.workloads.map(({ allowed, cpuMillicores, memoryBytes }) =>
      allowed.filter((node) => cpuMillicores <= model.freeCpu[node]! && memoryBytes <= model.freeMemory[node]!),
    );
    this.#placements();
    this.#capacities();
    this.#channels();
  }

  text(): string {
    return [
      'Minimize',
      // an empty objective is no text that HiGHS reads
      ` cost: ${this.#objective.join('\n ') || '0 x0_0'}`,
      'Subject To',
      ...this.#rows.map((row, index) => ` r${index}: ${row}`),
      'Binary',
      ...this.#binaries.map((name) => ` ${name}`),
      'End',
    ].join('\n');
  }

  /** The assignment that the columns' values say; undefined where they are none. */
  read(values: Readonly<Record<string, number>>) {
    const isSet = (name: string): boolean => (values[name] ?? 0) > 0.5;
    const placed = this.#usable.map((nodes, workload) => nodes.find((node) => isSet(x(workload, node))));
    if (placed.includes(undefined)) return undefined;
    const routes = this.#columns.map((columns) => columns.find(({ name }) => isSet(name))?.route);
    if (routes.includes(undefined)) return undefined;
    return this.#model.assignment(placed as number[], routes as Route[]);
  }

  #placements(): void {
    for (const [workload, nodes] of this.#usable.entries()) {
      if (nodes.length === 0) this.impossible = true;
      const names = Array.from(nodes, (node) => x(workload, node));
      this.#binaries.push(...names);
      this.#rows.push(`${wrapped(names.map((name) => `+ 1 ${name}`))} = 1`);
      for (const node of nodes) this.#cost(this.#model.placementCost(workload, node), x(workload, node));
    }
  }

  #capacities(): void {
    const { nodes, workloads, freeCpu, freeMemory } = this.#model;
    const takers = nodes.map((): number[] => []);
    for (const [workload, usable] of this.#usable.entries()) for (const node of usable) takers[node]!.push(workload);
    for (const [node, taking] of takers.entries()) {
      this.#atMost(
        taking.map((workload) => [workloads[workload]!.cpuMillicores, x(workload, node)]),
        freeCpu[node]!,
      );
      this.#atMost(
        taking.map((workload) => [workloads[workload]!.memoryBytes, x(workload, node)]),
        freeMemory[node]!,
      );
    }
  }

  #channels(): void {
    const model = this.#model;
    const drawn = Array.from(model.freeBandwidth, (): [number, string][] => []);
    for (const [channel, { source, target, bandwidthBps }] of model.channels.entries()) {
      const columns: { name: string; route: Route }[] = [];
      const leaving = new Map<number, string[]>();
      const reaching = new Map<number, string[]>();
      for (const from of this.#usable[source]!) {
        for (const to of source === target ? [from] : this.#usable[target]!) {
          const routes = model.routes(channel, from, to);
          for (const [way, route] of routes.entries()) {
            const name = `y${channel}_${from}_${to}_${way}`;
            columns.push({ name, route });
            if (routes.length > 1) this.#binaries.push(name);
            this.#cost(model.latencyCost(route.latencyNs), name);
            for (const [side, node] of [
              [leaving, from],
              [reaching, to],
            ] as const) {
              const names = side.get(node);
              if (names === undefined) side.set(node, [name]);
              else names.push(name);
            }
            if (bandwidthBps === 0) continue;
            const times = new Map<number, number>();
            for (const draw of route.draws) times.set(draw, (times.get(draw) ?? 0) + 1);
            for (const [draw, count] of times) drawn[draw]!.push([bandwidthBps * count, name]);
          }
        }
      }
      if (columns.length === 0) this.impossible = true;
      this.#columns.push(columns);
      this.#balance(source, leaving);
      if (target !== source) this.#balance(target, reaching);
    }
    for (const [draw, terms] of drawn.entries()) this.#atMost(terms, model.freeBandwidth[draw]!);
  }

  /** A channel's routes at a node add up to whether its end is there. */
  #balance(workload: number, routes: ReadonlyMap<number, readonly string[]>): void {
    for (const node of this.#usable[workload]!) {
      const names = routes.get(node) ?? [];
      this.#rows.push(`${wrapped([...names.map((name) => `+ 1 ${name}`), `- 1 ${x(workload, node)}`])} = 0`);
    }
  }

  /** Scaled by the limit, so that bytes and bit/s stand beside each other in a well-conditioned program. */
  #atMost(terms: readonly (readonly [number, string])[], limit: number): void {
    const counted = terms.filter(([amount]) => amount > 0);
    if (counted.length === 0 || counted.reduce((sum, [amount]) => sum + amount, 0) <= limit) return;
    const scale = limit > 0 ? limit : 1;
    this.#rows.push(
      `${wrapped(counted.map(([amount, name]) => `+ ${amount / scale} ${name}`))} <= ${limit > 0 ? 1 : limit}`,
    );
  }

  #cost(cost: number, name: string): void {
    if (cost !== 0) this.#objective.push(`${cost < 0 ? '-' : '+'} ${Math.abs(cost)} ${name}`);
  }
}

const x = (workload: number, node: number): string => `x${workload}_${node}`;

/** Lines of the LP format may not be of any length. */
function wrapped(terms: readonly string[]): string {
  const lines: string[] = [];
  for (let at = 0; at < terms.length; at += 10) lines.push(terms.slice(at, at + 10).join(' '));
  return lines.join('\n ');
}
