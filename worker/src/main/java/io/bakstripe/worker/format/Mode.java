package io.bakstripe.worker.format;

import io.bakstripe.protocol.stripe.EncryptionMode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a file says of its encryption in preamble and footer; {@code docs/format.md}, parts 2 and 5. */
public enum Mode {
    PLAIN(0),
    ENCRYPTION_ONLY(1),
    AUTHENTICATED(2);

    private final int code;

    Mode(int code) {
        this.code = code;
    }

    /** Of a file that is written in this mode of encryption, or none. */
    public static Mode of(Optional<EncryptionMode> encryption) {
        return encryption
                .map(mode -> switch (mode) {
                    case ENCRYPTION_ONLY -> ENCRYPTION_ONLY;
                    case AUTHENTICATED -> AUTHENTICATED;
                })
                .orElse(PLAIN);
    }

    /** As people and programs are shown it: {@code plain}, {@code encryption-only}, {@code authenticated}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Empty for one that this program does not know. */
    static Optional<Mode> of(int code) {
        return Arrays.stream(values()).filter(mode -> mode.code == code).findFirst();
    }

    int code() {
        return code;
    }
}
