import { expect, it } from 'vitest';
import { runPython, whyNoReference } from '../checks/python';

const reason = whyNoReference();

it.skipIf(reason)(
  `scripts/check-report.py counts the observed pattern where differences nearly cancel${reason ? ` (skipped: ${reason})` : ''}`,
  () => {
    // Of two patients the four patterns have sums of ±0.0004455 and ±0.0235951: all are as large as the observed −0.0004455.
    const script = `
import importlib.util, numpy as np
spec = importlib.util.spec_from_file_location("check", "scripts/check-report.py")
check = importlib.util.module_from_spec(spec)
spec.loader.exec_module(check)
signs = np.random.default_rng(1).choice(np.array([-1, 1], dtype=np.int8), size=(1000, 2))
print(check.sign_flip_p(np.array([0.0115748, -0.0120203]), signs))
print(*np.round(check.wilson(44 / 45, 45), 6))`;
    // Wilson's: SciPy 1.17, binomtest(44, 45).proportion_ci(method='wilson').
    expect(runPython(['-c', script]).trim().split('\n')).toEqual(['1.0', '0.884333 0.996066']);
  },
);
