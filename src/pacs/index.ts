export { DicomWebClient, DicomWebError, type DicomWebServer, type InstanceAddress } from './dicomweb-client';
export { findImages, type ImageQuery } from './find-images';
export { imageName, jsonLog, type Log } from './log';
export { processImage, type Outcome, type Task } from './process-image';
export { queueName, runQueue, type QueueOptions } from './queue';
export { defaultRetries, PassingError, type RetryPolicy } from './retry';
export { runImages, type Tally } from './run-images';
