import * as z from 'zod';
import { decimal, option } from '../io/options';

/** Address of Redis as an option takes it, without what opens it. */
export const redisAddress = z
  .string()
  .refine(
    written => URL.canParse(written) && /^rediss?:$/.test(new URL(written).protocol),
    'An address of Redis begins with redis:// or rediss://.',
  )
  .refine(
    written => !URL.canParse(written) || new URL(written).password === '',
    'Its password is given by EXPLAIN_REDIS_PASSWORD: others of the machine read command lines.',
  );

/** A time of a second or more. */
export const secondsFromOne = () =>
  decimal(seconds => seconds >= 1, 'This is no number of seconds from 1 on.');

/** `--lease`. @param what is taken over, in words */
export const leaseOption = (what: string) =>
  option(secondsFromOne().default(60), {
    value: '<seconds>',
    help: `with --queue: after this long without a sign of life of its process, ${what} goes to another one`,
  });
