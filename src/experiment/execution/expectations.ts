import { ExpectationError, measureNames, parseExpectation } from '../../model/index.ts';
import { nearest, type ExperimentFile } from '../../scenario/index.ts';

/** Reports what an experiment cannot expect: texts that are none, and comparisons with a baseline that it does not have. */
export function demandExpectations(file: ExperimentFile): void {
  const { expect, baseline } = file.experiment.spec;
  for (const [index, text] of (expect ?? []).entries()) {
    const path = ['spec', 'expect', index];
    try {
      if (parseExpectation(text).kind === 'bound' || baseline !== undefined) continue;
      file.report(path, 'a comparison with a baseline, which the experiment does not name', {
        expected: 'spec.baseline, or a bound such as requests.latency.p95 < 80ms',
      });
    } catch (error) {
      if (!(error instanceof ExpectationError)) throw error;
      const { word, expected, message } = error;
      file.report(path, message, {
        expected,
        ...(word === undefined ? {} : { nearest: () => nearest(word, measureNames) }),
      });
    }
  }
}
