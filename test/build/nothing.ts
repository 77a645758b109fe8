// Stands for Node's own modules where a bundle for browsers is looked at.
export default {};
