/**
 * Elementary functions whose bits do not depend on the machine or on the release of Node: the language leaves those of
 * `Math` open and they do differ. Made of + - * / and square root alone, which IEEE 754 fixes.
 */
export { exp, expm1, log, log1p } from './exponential.ts';
export { acos, asin, atan, atan2 } from './inverse-trigonometric.ts';
export { hypot, pow } from './power.ts';
export { cos, sin, tan } from './trigonometric.ts';
