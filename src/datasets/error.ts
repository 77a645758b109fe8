/** A data folder that cannot be used, with the reason. Its message never holds a patient's identifier. */
export class DatasetError extends Error {
  override name = 'DatasetError';
}
