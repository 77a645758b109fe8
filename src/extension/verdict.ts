/** The words of a result are shared with the burned-in pictures; panels reach them here. */
export * from '../models/verdict';
