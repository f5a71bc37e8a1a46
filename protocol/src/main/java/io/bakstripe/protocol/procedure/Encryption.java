package io.bakstripe.protocol.procedure;

import io.bakstripe.protocol.error.BackupError;

/** What calls say of keys. */
final class Encryption {
    private Encryption() {}

    /** A key that this version cannot use is refused, never ignored. */
    static void refuseKey(Procedure.Arguments arguments) {
        if (arguments.optional("kms_master_key_arn", String.class).isPresent()) {
            throw BackupError.ENCRYPTION_NOT_AVAILABLE
                    .problem()
                    .on("kms_master_key_arn")
                    .asException();
        }
    }
}
