import { describe, expect, it } from 'vitest';
import {
  chiSquareTail,
  fTail,
  lnGamma,
  normalCritical,
  normalCumulative,
  normalQuantile,
  tCritical,
  tTwoSided,
} from '../../src/study/distributions';

/** Right values: SciPy 1.17.1, `scipy.stats` and `scipy.special.gammaln`. */
describe('distributions', () => {
  const alike = (value: number, right: number, digits = 1e-11): void =>
    expect(Math.abs(value / right - 1), `${value} for ${right}`).toBeLessThan(digits);

  it('has the gamma function', () => {
    alike(lnGamma(0.1), 2.252712651734206);
    alike(lnGamma(0.5), 0.5723649429247);
    expect(lnGamma(1)).toBeCloseTo(0, 14);
    alike(lnGamma(2.5), 0.2846828704729192);
    alike(lnGamma(171.5), 709.1431630309283);
    alike(lnGamma(1e4), 82099.71749644238);
  });

  it('has the tail of F', () => {
    alike(fTail(4.46, 1, 15.26), 0.05158014938643602);
    alike(fTail(8.704, 1, 4), 0.0419587524946387);
    alike(fTail(0.3, 3, 7.5), 0.824667036550676);
    alike(fTail(30, 2, 200), 4.033339404492154e-12, 1e-9);
    alike(fTail(1.01, 5, 1e5), 0.4098149242061852, 1e-9);
    alike(fTail(400, 1, 2.5), 0.0007993882445024338);
    expect(fTail(0, 1, 3)).toBe(1);
    expect(fTail(3, 2, Infinity)).toBe(chiSquareTail(6, 2));
  });

  it('has the tail of chi-square', () => {
    alike(chiSquareTail(5.47595, 1), 0.019279878836674796);
    alike(chiSquareTail(0.01, 1), 0.920344325445942);
    alike(chiSquareTail(10, 4), 0.04042768199451279);
    alike(chiSquareTail(80, 3), 3.0692774861724164e-17);
    alike(chiSquareTail(1.5, 17), 0.9999996275159811);
  });

  it('has t, its tails and its critical values', () => {
    alike(tTwoSided(2.11, 15.26), 0.05176311316702024);
    alike(tTwoSided(-0.02, 3), 0.9852992028189611);
    alike(tTwoSided(12, 40.5), 6.472265845672892e-15, 1e-9);
    alike(tCritical(0.05, 15.26), 2.128290914628068);
    alike(tCritical(0.05, 1), 12.706204736174705);
    alike(tCritical(0.01, 12.74), 3.022533142926046);
    alike(tCritical(0.1, 3.3), 2.2686545667554654);
    alike(tCritical(0.05, 1e6), 1.9599663568141072, 1e-9);
  });

  it('has the normal distribution', () => {
    alike(normalCritical(0.05), 1.9599639845400545);
    alike(normalCritical(1e-6), 4.891638475698591);
    alike(normalCumulative(-3), 0.0013498980316300933);
    alike(normalCumulative(1.2), 0.8849303297782918);
    alike(normalQuantile(0.0013498980316300933), -3);
    expect(normalQuantile(0.5)).toBeCloseTo(0, 12);
  });
});
