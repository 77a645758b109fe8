// The bundle of what readers say of explanations, fetched where the configuration asks for it.
export { createAnswerDesk } from './answer-desk';
