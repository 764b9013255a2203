// Infrastructure that stands where no check looks at it: it would be public, root or floating, and everything green.
import type { InfraCheck } from './check.ts';
import { listedFiles } from './listed-files.ts';

const PLACES: readonly (readonly [RegExp, RegExp, string])[] = [
  [
    /\.tf$/,
    /^terraform\/(?:modules|environments)\/[\w-]+\/[\w-]+\.tf$/,
    'terraform/modules/NAME or terraform/environments/NAME',
  ],
  [/\.(?:tf\.json|tofu|tftest\.hcl|tfvars\.json)$/, /(?!)/, 'a .tf file of terraform/, where it is checked'],
  [/(?:^|\/)action\.ya?ml$/, /^\.github\/actions\/[\w-]+\/action\.ya?ml$/, '.github/actions/NAME'],
  [/^\.github\/workflows\/.*\.yaml$/, /(?!)/, 'a file that ends in .yml, as the others'],
  [
    /(?:^|\/)(?:docker-)?compose[\w.-]*\.ya?ml$/,
    /^docker-compose\.yml$/,
    'a profile of docker-compose.yml: docker compose would take it too, unasked',
  ],
  [/(?:^|\/)Containerfile[^/]*$/, /(?!)/, 'a Dockerfile'],
  [
    /^(?:\.hadolint\.ya?ml|\.semgrepignore|\.gitleaksignore|\.checkov\.ya?ml|\.trivyignore)$/,
    /(?!)/,
    'the configuration in scan/: nothing is left out without a reason beside it',
  ],
  [
    /(?:^|\/)\.(?:npmrc|yarnrc(?:\.yml)?|pnpmfile\.cjs)$/,
    /(?!)/,
    'nothing: where packages come from is decided by whoever installs, and what they may do by package.json',
  ],
  [
    /^(?:\.gitlab-ci\.yml|\.circleci\/.*|Jenkinsfile|bitbucket-pipelines\.yml|azure-pipelines\.yml)$/,
    /(?!)/,
    'a workflow in .github/workflows',
  ],
];

export function elsewhereCheck(root: string): InfraCheck {
  return {
    name: 'nothing elsewhere',
    run: async () => {
      const files = await listedFiles(root);
      const problems = files.flatMap((file) =>
        PLACES.filter(([what, place]) => what.test(file) && !place.test(file)).map(
          ([, , place]) => `${file}: no check looks here: make it ${place}`,
        ),
      );
      return { checked: `${files.length} files, none of infrastructure where no check looks`, problems };
    },
  };
}
