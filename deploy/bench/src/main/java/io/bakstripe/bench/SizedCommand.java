package io.bakstripe.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** A measurement of so many bytes that is repeated. */
abstract class SizedCommand extends MeasuringCommand {
    private static final Path MEMORY = Path.of("/dev/shm");

    @Option(
            names = "--size",
            converter = ByteSize.Converter.class,
            description = "Of what is measured, as 500m or 4g. Default: ${DEFAULT-VALUE}.")
    private ByteSize size;

    @Option(names = "--repeat", description = "How often everything is measured. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    /** @param size by default, for example {@code 4g} */
    SizedCommand(String size, int repeat) {
        this.size = ByteSize.of(size);
        this.repeat = repeat;
    }

    final long bytes() {
        return size.bytes();
    }

    final int repeat() {
        return repeat;
    }

    /** A folder in memory where there is room for this many bytes, so that no slow disk is measured; otherwise {@link #parent} of all. */
    final Path memory(long bytes) throws IOException {
        return Files.isDirectory(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() > bytes
                ? MEMORY
                : super.parent();
    }
}
