import { ExpectationError, measureNames, parseExpectation } from '../../model/index.ts';
import { nearest } from '../nearest.ts';
import type { Build } from './build.ts';

/** Reports what cannot be expected of a scenario's run. */
export function demandExpectations(build: Build): void {
  for (const [text, path] of build.readable(build.scenario.spec.expect, 'spec', 'expect')) {
    try {
      const expectation = parseExpectation(text);
      if (expectation.kind === 'comparison') {
        build.problem(path, 'a comparison with a baseline, which a scenario does not have', {
          expected: 'a bound such as requests.latency.p95 < 80ms, or this expectation in an experiment with a baseline',
        });
      }
    } catch (error) {
      if (!(error instanceof ExpectationError)) throw error;
      const { word, expected, message } = error;
      build.problem(path, message, {
        expected,
        ...(word === undefined ? {} : { nearest: () => nearest(word, measureNames) }),
      });
    }
  }
}
