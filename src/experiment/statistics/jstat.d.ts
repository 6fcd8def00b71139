/** The few functions of jstat that are used here; the package has no types of its own. */
declare module 'jstat' {
  interface Distribution {
    pdf(x: number, ...parameters: number[]): number;
    cdf(x: number, ...parameters: number[]): number;
    inv(p: number, ...parameters: number[]): number;
  }
  const jstat: {
    readonly jStat: {
      readonly studentt: Distribution;
      readonly normal: Distribution;
      gammaln(x: number): number;
    };
  };
  export default jstat;
}
