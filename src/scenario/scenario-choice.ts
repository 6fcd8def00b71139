import { nearest } from './nearest.ts';
import type { ProblemList } from './problem.ts';
import type { Mark, Places, Source } from './source.ts';
import { quote } from './validation.ts';

/** A scenario among the documents of a file. */
export interface ScenarioDocument {
  readonly document: Record<string, unknown>;
  readonly name: string | undefined;
  /** Its first line. */
  readonly mark: Mark;
}

/** Where what is wrong with the choice of a scenario is told. */
interface ChoiceReport {
  readonly places: Places;
  readonly problems: ProblemList;
}

/** Scenarios of one name cannot be told apart. */
export function reportTaken(scenarios: readonly ScenarioDocument[], { places, problems }: ChoiceReport): boolean {
  const firsts = new Map<string, ScenarioDocument>();
  let areTaken = false;
  for (const scenario of scenarios) {
    const { name, document } = scenario;
    if (name === undefined) continue;
    const first = firsts.get(name);
    if (first === undefined) {
      firsts.set(name, scenario);
      continue;
    }
    areTaken = true;
    const path = ['metadata', 'name'];
    const { source, start } = places.markValue(first.document, path)!;
    problems.add(places.markValue(document, path), path, `the name ${quote(name)} is taken`, {
      expected: `a name of its own: the Scenario of line ${source.locate(start).line} has this one`,
    });
  }
  return areTaken;
}

/** Why none, or not one, of the scenarios of a file was chosen. */
export function reportChoice(
  source: Source,
  name: string | undefined,
  scenarios: readonly ScenarioDocument[],
  { codecoApps, experiments }: { readonly codecoApps: number; readonly experiments: number },
  { problems }: Pick<ChoiceReport, 'problems'>,
): void {
  const known = scenarios.map((scenario) => scenario.name).filter((other) => other !== undefined);
  if (name !== undefined && scenarios.length > 0) {
    const expected = known.length === 0 ? 'a metadata.name in the Scenario' : `one of ${known.join(', ')}`;
    const details = { expected, nearest: () => nearest(name, known) };
    problems.addFile(source.name, `no Scenario is named ${quote(name)}`, details);
  } else if (scenarios.length > 1) {
    const [first] = known;
    const expected =
      first === undefined ? 'a metadata.name in each' : `the name of one of them: ${source.name}#${first}`;
    const names = scenarios.map((scenario) => scenario.name ?? '(no name)').join(', ');
    problems.add(scenarios[1]!.mark, [], `${scenarios.length} Scenarios: ${names}`, { expected });
  } else if (problems.length === 0) {
    const found =
      experiments > 0
        ? 'an Experiment, but no Scenario'
        : codecoApps > 0
          ? 'a CodecoApp, but no Scenario'
          : 'no Scenario: the file is empty';
    problems.addFile(source.name, found, {
      expected:
        experiments > 0
          ? 'a document of kind Scenario; `codeco-sim sweep` runs experiments'
          : 'a document of kind Scenario; `codeco-sim init` writes one',
    });
  }
}
