-- Tells explain pacs --listen of every study that has stayed unchanged for Orthanc's StableAge (60 s by default).
-- In orthanc.json: "LuaScripts" : [ "/etc/orthanc/orthanc-notify.lua" ]
local address = 'http://127.0.0.1:8044/studies'
-- The token of EXPLAIN_LISTEN_TOKEN, where one is set.
local token = nil

function OnStableStudy(studyId, tags, metadata)
  local headers = { ['Content-Type'] = 'application/json' }
  if token ~= nil then
    headers['Authorization'] = 'Bearer ' .. token
  end
  HttpPost(address, DumpJson({ StudyInstanceUID = tags['StudyInstanceUID'] }, true), headers)
end
