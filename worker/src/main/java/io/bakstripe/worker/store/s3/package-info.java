/** The object store that speaks the S3 protocol, through the AWS SDK: settings, requests, retries, and what each refusal means. */
@NullMarked
package io.bakstripe.worker.store.s3;

import org.jspecify.annotations.NullMarked;
