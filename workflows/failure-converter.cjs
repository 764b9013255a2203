// How failures are kept where there is a codec: message and stack trace as a payload, which the codec encrypts; the type stays
// readable. CommonJS, as the SDK loads it by its path, in the worker, in clients and in the bundle of the workflows.
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
