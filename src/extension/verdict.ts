/** The words of a decision are shared with the burned-in pictures; panels reach them here. */
export { directionText, noFlipText, verdictModel, verdictText } from '../models/verdict';
