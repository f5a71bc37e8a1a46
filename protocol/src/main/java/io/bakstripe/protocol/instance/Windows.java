package io.bakstripe.protocol.instance;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The windows of an instance (row L10); both are optional.
 *
 * @param backup in which running backups are cancelled, and none begins
 * @param maintenance in which no backup begins
 */
public record Windows(Optional<DailyWindow> backup, Optional<WeeklyWindow> maintenance) {
    /** No windows: backups run at any time. */
    public static Windows none() {
        return new Windows(Optional.empty(), Optional.empty());
    }

    /** Jackson's filter of values that are not written: an instance without windows reads as it did before there were any. */
    @SuppressWarnings({"EqualsHashCode", "EqualsWhichDoesntCheckParameterClass"})
    static final class Unset {
        @Override
        public boolean equals(@Nullable Object value) {
            return none().equals(value);
        }

        @Override
        public int hashCode() {
            return none().hashCode();
        }
    }
}
