export { DicomWebClient, DicomWebError, type DicomWebServer, type InstanceAddress } from './dicomweb-client';
export { findImages, type ImageQuery, type SearchFailure } from './find-images';
export { reasonOf, said, vouchedFor, type HarmlessText } from './harmless';
export { imageName, jsonLog, type Log } from './log';
export { processImage, type Outcome, type Task } from './process-image';
export { QueueError, queueName, runQueue, type QueueOptions } from './queue';
export { defaultRetries, PassingError, type RetryPolicy } from './retry';
export { runImages, type Tally } from './run-images';
