/** The sandbox: an S3 server on the file system, in a process and on a class path of its own, for trying things out and for tests. */
@NullMarked
package io.bakstripe.sandbox;

import org.jspecify.annotations.NullMarked;
