package io.bakstripe.bench;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads sizes such as {@code 500m} or {@code 4g}, in powers of ten. */
final class ByteSize implements ITypeConverter<Long> {
    @Override
    public Long convert(String text) {
        String size = text.toLowerCase(Locale.ROOT);
        if (!size.matches("[0-9]{1,6}[mg]")) {
            throw new TypeConversionException("a size is a number and m or g, for example 4g, not '" + text + "'");
        }
        long number = Long.parseLong(size.substring(0, size.length() - 1));
        return number * (size.endsWith("g") ? 1_000_000_000L : 1_000_000L);
    }
}
