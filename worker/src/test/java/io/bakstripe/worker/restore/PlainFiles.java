package io.bakstripe.worker.restore;

import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.worker.key.KeyServices;
import io.bakstripe.worker.seal.OpenedFiles;
import io.bakstripe.worker.seal.OpenedFiles.KeyChoice;
import io.bakstripe.worker.store.ObjectReader;
import io.bakstripe.worker.store.StoreAccess;
import java.util.Optional;

/** Files of a store that are not encrypted. */
final class PlainFiles {
    private static final StoreAccess ANY = new StoreAccess(new InstanceName("any"), Optional.empty(), Optional.empty());

    private PlainFiles() {}

    static OpenedFiles of(ObjectReader store) {
        return new OpenedFiles(
                store, KeyServices.none().of(ANY), new KeyChoice.Named(Optional.empty()), Runnable::run);
    }
}
