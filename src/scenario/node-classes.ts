import { nearest } from './nearest.ts';
import type { ProblemList } from './problem.ts';
import { isMap, type Places } from './source.ts';
import { quote, type Findings } from './validation.ts';

/**
 * Replaces each node class that extends another by the two merged, in place: maps key by key, everything else from the
 * class itself. Unknown classes and circles are reported.
 */
export function inheritNodeClasses(scenario: unknown, places: Places, problems: ProblemList, findings: Findings): void {
  const base = ['spec', 'infrastructure', 'nodeClasses'];
  let classes: unknown = scenario;
  for (const key of base) classes = isMap(classes) ? classes[key] : undefined;
  if (!isMap(classes)) return;
  const done = new Map<string, unknown>();
  const resolve = (name: string, below: readonly string[]): unknown => {
    if (done.has(name)) return done.get(name);
    const path = [...base, name, 'extends'];
    const own = classes[name];
    let merged: unknown = own;
    const parent = isMap(own) && Object.hasOwn(own, 'extends') ? own['extends'] : undefined;
    if (typeof parent === 'string') {
      const chain = [...below, name];
      if (!Object.hasOwn(classes, parent)) {
        const known = Object.keys(classes).filter((other) => other !== name);
        problems.add(places.markValue(scenario, path), path, `no node class is named ${quote(parent)}`, {
          expected: known.length === 0 ? 'the name of another node class; there is none' : `one of ${known.join(', ')}`,
          nearest: () => nearest(parent, known),
        });
        findings.markBroken([...base, name]);
      } else if (chain.includes(parent)) {
        const circle = [...chain.slice(chain.indexOf(parent)), parent].join(' -> ');
        problems.add(places.markValue(scenario, path), path, `node classes extend each other in a circle: ${circle}`);
        for (const member of chain) findings.markBroken([...base, member]);
      } else {
        merged = places.merge(resolve(parent, chain), own);
        if (findings.isBroken([...base, parent])) findings.markBroken([...base, name]);
      }
    }
    done.set(name, merged);
    return merged;
  };
  for (const name of Object.keys(classes)) resolve(name, []);
  for (const [name, merged] of done) classes[name] = merged;
}
