/** A moment for people, local time: "2026-01-31 12:00:59". Of one that was not stated, "time not stated". */
export function momentText(moment: Date): string {
  if (Number.isNaN(moment.getTime())) return 'time not stated';
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join('-');
  return `${date} ${[moment.getHours(), moment.getMinutes(), moment.getSeconds()].map(two).join(':')}`;
}
