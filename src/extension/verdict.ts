/** The words of a decision are shared with the burned-in pictures; panels reach them here. */
export { directionText, noFlipText, verdictText } from '../models/verdict';
