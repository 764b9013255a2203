// The person behind a charge: invented, but as complete as a real account delivers it, because the product must show that none of it
// gets through.
const GIVEN_NAMES = ['Jenny', 'Ada', 'Luis', 'Mei', 'Jonas', 'Priya', 'Tom'] as const;
const SURNAMES = ['Rosen', 'Obi', 'Ferrer', 'Tanaka', 'Falk', 'Nair', 'Baker', 'Lindqvist', 'Okafor'] as const;

export interface InventedCustomer {
  readonly givenName: string;
  readonly surname: string;
  readonly fullName: string;
  readonly email: string;
  readonly line1: string;
  readonly city: string;
  readonly postalCode: string;
}

export function inventedCustomer(customerNumber: number): InventedCustomer {
  const givenName = GIVEN_NAMES[customerNumber % GIVEN_NAMES.length] ?? GIVEN_NAMES[0];
  const surname = SURNAMES[customerNumber % SURNAMES.length] ?? SURNAMES[0];
  return {
    givenName,
    surname,
    fullName: `${givenName} ${surname}`,
    email: `customer.${customerNumber}@example.com`,
    line1: `${customerNumber} Main Street`,
    city: 'Springfield',
    postalCode: '12345',
  };
}
