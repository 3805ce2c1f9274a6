/** `1 instance`, `2 instances`. @param thing - what takes an s when there are several */
export const plural = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`
