package io.bakstripe.node;

import io.bakstripe.node.pause.PauseFolder.Write;
import java.util.ArrayList;
import java.util.List;

/** How many uploads a killed node may have begun without ever learning their ids: those that were intended and not recorded as created. */
final class UnknownUploads {
    private UnknownUploads() {}

    /** @param recorded up to the kill */
    static int of(List<Write> recorded) {
        List<String> open = new ArrayList<>();
        for (Write write : recorded) {
            if (write.events().contains("stripe-upload-intended/1")) {
                open.add(write.persistenceId());
            }
            if (write.events().contains("stripe-upload-created/1")) {
                open.remove(write.persistenceId());
            }
        }
        return open.size();
    }
}
