export { leaseOption, redisAddress, secondsFromOne } from './options';
export { longestEnd, persist, requireRedis, retryStrategy, within, withPassword } from './redis';
export { JobFailure, shareWork, type QueueOptions } from './shared-work';
