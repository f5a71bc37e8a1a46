package io.bakstripe.worker.store.s3;
