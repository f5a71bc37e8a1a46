package io.bakstripe.bench;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A size as options name it, such as {@code 500m} or {@code 4g}, in powers of ten.
 *
 * @param bytes whole megabytes
 */
record ByteSize(long bytes) {
    private static final long MEGA = 1_000_000L;
    private static final long GIGA = 1_000_000_000L;

    /** Throws {@link TypeConversionException} when this is no size. */
    static ByteSize of(String text) {
        String size = text.toLowerCase(Locale.ROOT);
        if (!size.matches("[0-9]{1,6}[mg]")) {
            throw new TypeConversionException("a size is a number and m or g, for example 4g, not '" + text + "'");
        }
        long number = Long.parseLong(size.substring(0, size.length() - 1));
        return new ByteSize(number * (size.endsWith("g") ? GIGA : MEGA));
    }

    @Override
    public String toString() {
        return bytes % GIGA == 0 ? bytes / GIGA + "g" : bytes / MEGA + "m";
    }

    /** For options. */
    static final class Converter implements ITypeConverter<ByteSize> {
        @Override
        public ByteSize convert(String text) {
            return ByteSize.of(text);
        }
    }
}
