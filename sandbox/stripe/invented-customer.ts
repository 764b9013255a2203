// The person behind a charge: invented, but as complete as a real account delivers it, because the product must show that none of it
// gets through.
const NAMES = ['Jenny Rosen', 'Ada Obi', 'Luis Ferrer', 'Mei Tanaka', 'Jonas Falk', 'Priya Nair', 'Tom Baker'] as const;

export function inventedCustomer(customerNumber: number): { name: string; email: string; line1: string } {
  return {
    name: NAMES[customerNumber % NAMES.length] ?? NAMES[0],
    email: `customer.${customerNumber}@example.com`,
    line1: `${customerNumber} Main Street`,
  };
}
