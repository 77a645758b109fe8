# The same as orthanc-notify.lua for Orthanc's Python plug-in; not run here, where Debian 12 has no such plug-in.
# In orthanc.json: "PythonScript" : "/etc/orthanc/orthanc-notify.py"
import json
import urllib.request

import orthanc

ADDRESS = "http://127.0.0.1:8044/studies"
# The token of EXPLAIN_LISTEN_TOKEN, where one is set.
TOKEN = None


def on_change(change, level, resource):
    if change != orthanc.ChangeType.STABLE_STUDY:
        return
    tags = json.loads(orthanc.RestApiGet("/studies/" + resource))["MainDicomTags"]
    headers = {"Content-Type": "application/json"}
    if TOKEN is not None:
        headers["Authorization"] = "Bearer " + TOKEN
    body = json.dumps({"StudyInstanceUID": tags["StudyInstanceUID"]}).encode()
    urllib.request.urlopen(urllib.request.Request(ADDRESS, body, headers), timeout=10)


orthanc.RegisterOnChangeCallback(on_change)
