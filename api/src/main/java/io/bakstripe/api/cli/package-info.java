/** The command line: a client of the HTTP interface, for people with tables and live progress, for scripts with JSON. */
@NullMarked
package io.bakstripe.api.cli;

import org.jspecify.annotations.NullMarked;
