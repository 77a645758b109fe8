/**
 * Tails and quantiles of the normal, t, F and chi-square distributions, to about twelve digits (compared with SciPy by
 * test/study/distributions.test.ts). Methods: Press et al., Numerical Recipes, 3rd edition, sections 6.1, 6.2 and 6.4.
 */

/** Logarithm of the gamma function, by Lanczos' series (g = 7, n = 9); x above 0. */
export function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const shifted = x - 1;
  let sum = lanczos[0];
  for (let i = 1; i < lanczos.length; i++) sum += lanczos[i] / (shifted + i);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Regularised incomplete beta function I_x(a, b), in [0, 1]; x in [0, 1], a and b above 0. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges fast below the mean; above it, the other tail is computed.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** Continued fraction of the incomplete beta function, by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return h;
}

/** Regularised upper incomplete gamma function Q(a, x), in [0, 1]; a above 0, x of 0 or more. */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(-x + a * Math.log(x) - lnGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n <= 10_000 && Math.abs(term) > Math.abs(sum) * 1e-16; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / awayFromZero(b);
  let h = d;
  for (let i = 1; i <= 10_000; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / awayFromZero(an * d + b);
    c = awayFromZero(b + an / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return front * h;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

/** P(X > x) of chi-square; x of 0 or more. */
export function chiSquareTail(x: number, df: number): number {
  return upperGamma(df / 2, x / 2);
}

/** P(X > x) of F; x of 0 or more; the denominator's degrees of freedom may be infinite. */
export function fTail(x: number, numeratorDf: number, denominatorDf: number): number {
  if (x <= 0) return 1;
  if (denominatorDf === Infinity) return chiSquareTail(x * numeratorDf, numeratorDf);
  return incompleteBeta(
    denominatorDf / (denominatorDf + numeratorDf * x),
    denominatorDf / 2,
    numeratorDf / 2,
  );
}

/** P(|T| > |t|) of Student's t; the degrees of freedom may be infinite. */
export function tTwoSided(t: number, df: number): number {
  return fTail(t * t, 1, df);
}

/** P(|Z| > |z|) of the standard normal distribution. */
export function normalTwoSided(z: number): number {
  return chiSquareTail(z * z, 1);
}

/** P(Z ≤ z) of the standard normal distribution. */
export function normalCumulative(z: number): number {
  const tail = normalTwoSided(z) / 2;
  return z > 0 ? 1 - tail : tail;
}

/** The t that |T| exceeds with the probability `outside`, e.g. 0.05 for a 95 % interval; df may be infinite. */
export function tCritical(outside: number, df: number): number {
  return solve(t => tTwoSided(t, df), outside);
}

/** The z that |Z| exceeds with the probability `outside`. */
export function normalCritical(outside: number): number {
  if (lastNormal.outside !== outside) lastNormal = { outside, value: solve(normalTwoSided, outside) };
  return lastNormal.value;
}

/** An analysis asks for one level again and again. */
let lastNormal = { outside: NaN, value: NaN };

/** The z with P(Z ≤ z) = p; p in (0, 1). */
export function normalQuantile(p: number): number {
  return p < 0.5 ? -normalCritical(2 * p) : normalCritical(2 * (1 - p));
}

/** Where a tail that falls from 1 to 0 over [0, ∞) has the value `p`: by halving, to the last bit. */
function solve(tail: (x: number) => number, p: number): number {
  let low = 0;
  let high = 1;
  while (tail(high) > p) {
    low = high;
    high *= 2;
  }
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (tail(middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
