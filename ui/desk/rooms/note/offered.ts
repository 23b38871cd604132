// Which ready-made pieces fit the chosen categories.
import type { CategoryCode } from '$generated/CategoryCode';
import type { Template } from '$generated/Template';
import { groupOf } from '../../words/category';

/** Pieces for these categories first, then those that always fit. */
export function offered(templates: readonly Template[], chosen: readonly CategoryCode[]): Template[] {
  const fits = ({ categories }: Template): boolean => categories.some((code) => chosen.some((one) => one === code || groupOf(one) === code));
  return [...templates.filter(fits), ...templates.filter(({ categories }) => categories.length === 0)];
}
